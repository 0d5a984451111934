import { Easel } from './easel.tsx';
import { Film } from './film.tsx';
import css from './generate-screen.module.css';
import { Params } from './params.tsx';
import { PromptBox } from './prompt-box.tsx';

export function GenerateScreen() {
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
