import { type ReactNode, useRef } from 'react';
import { useActions } from '../../app-context.tsx';
import { Tool } from '../../ui/button.tsx';

interface PickPictureProps {
  readonly label: string;
  readonly children: ReactNode;
}

/** Opens the system's dialog for a picture file. The page reads the file itself: this works in every browser. */
export function PickPicture({ label, children }: PickPictureProps) {
  const { takePicture } = useActions();
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Tool label={label} onPress={() => field.current?.click()}>
        {children}
      </Tool>
      <input
        ref={field}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        hidden
        aria-hidden="true"
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) void takePicture(file, file.name);
        }}
      />
    </>
  );
}
