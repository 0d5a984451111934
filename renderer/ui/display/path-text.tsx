import { shortenPath } from '../../format/path.ts';
import text from '../../styles/text.module.css';
import { classNames } from '../class-names.ts';

interface PathTextProps {
  readonly path: string;
  readonly maxCharacters: number;
  readonly className?: string | undefined;
}

/** A path cut in its middle, whole on hover, left to right in every language. */
export function PathText({ path, maxCharacters, className }: PathTextProps) {
  return (
    <bdi dir="ltr" className={classNames(text.path, className)} title={path}>
      {shortenPath(path, maxCharacters)}
    </bdi>
  );
}
