import { useEffect } from 'react';
import { useActions } from '../../app-context.tsx';
import { isPictureFile } from '../../client/picture-file.ts';
import { Easel } from './easel/easel.tsx';
import { Film } from './film/film.tsx';
import css from './generate-screen.module.css';
import { Params } from './params/params.tsx';
import { PromptBox } from './prompt/prompt-box.tsx';

export function GenerateScreen() {
  const { loadOptions, loadStarterPrompts } = useActions();
  usePastedPicture();
  useEffect(() => {
    void loadOptions();
    void loadStarterPrompts();
  }, [loadOptions, loadStarterPrompts]);
  return (
    <section className={css.studio}>
      <Film />
      <div className={css.stage}>
        <Easel />
        <PromptBox />
      </div>
      <Params />
    </section>
  );
}

/** A picture from the clipboard, wherever the caret is: words that are pasted stay words. */
function usePastedPicture(): void {
  const { takePicture } = useActions();
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find(isPictureFile);
      if (!file) return;
      event.preventDefault();
      void takePicture(file, file.name);
    };
    window.addEventListener('paste', onPaste);
    return () => window.removeEventListener('paste', onPaste);
  }, [takePicture]);
}
