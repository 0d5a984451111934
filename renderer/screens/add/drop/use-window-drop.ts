import { useEffect, useState } from 'react';
import { useActions } from '../../../app-context.tsx';
import { isPictureFile } from '../../../client/picture-file.ts';

/** How many things hover over the window, null when none does. Let go, they go to the review; nothing else happens. */
export function useWindowDrop(): number | null {
  const { addFiles, takePicture } = useActions();
  const [hovering, setHovering] = useState<number | null>(null);
  useEffect(() => {
    const countOf = ({ dataTransfer }: DragEvent) => {
      if (!dataTransfer?.types.includes('Files')) return null;
      return [...dataTransfer.items].filter(({ kind }) => kind === 'file').length;
    };
    const onOver = (event: DragEvent) => {
      const count = countOf(event);
      if (count === null) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'link';
      setHovering(count);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setHovering(null);
    };
    const onDrop = (event: DragEvent) => {
      if (countOf(event) === null) return;
      event.preventDefault();
      setHovering(null);
      const files = [...(event.dataTransfer?.files ?? [])];
      const [first] = files;
      // Pictures alone are for the next picture; beside anything else they are looked at with it.
      if (first && files.every(isPictureFile)) void takePicture(first, first.name);
      else void addFiles(files);
    };
    window.addEventListener('dragenter', onOver);
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragenter', onOver);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [addFiles, takePicture]);
  return hovering;
}
