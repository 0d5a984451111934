import { baseName, shortenPath } from '../../format/path.ts';
import text from '../../styles/text.module.css';
import { classNames } from '../class-names.ts';
import css from './path-text.module.css';

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

/** A path in whole, on as many lines as it needs. */
export function WholePath({ path }: Pick<PathTextProps, 'path'>) {
  return (
    <bdi dir="ltr" className={classNames(text.path, css.whole)}>
      {path}
    </bdi>
  );
}

/** A path on one line, as far as there is room: its folders give way first, its last name stays. Whole on hover and where it is copied. */
export function PathLine({ path }: Pick<PathTextProps, 'path'>) {
  const nameAt = path.lastIndexOf(baseName(path));
  return (
    <bdi dir="ltr" className={classNames(text.path, css.line)} title={path}>
      <span>{path.slice(0, nameAt)}</span>
      <span>{path.slice(nameAt)}</span>
    </bdi>
  );
}
