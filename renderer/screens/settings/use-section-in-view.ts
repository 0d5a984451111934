import { type RefObject, useEffect, useRef, useState } from 'react';
import { type SectionId, sectionElementId, sectionIds } from './section-ids.ts';

/** The section at the top of what is in sight, and how to go to another one. */
export function useSectionInView(scroll: RefObject<HTMLElement | null>): readonly [SectionId, (id: SectionId) => void] {
  const [current, setCurrent] = useState<SectionId>(sectionIds[0]);
  const shown = useRef(current);
  useEffect(() => {
    shown.current = current;
  }, [current]);
  useEffect(() => {
    const box = scroll.current;
    if (!box) return;
    const look = () => {
      const top = box.getBoundingClientRect().top;
      const isAtEnd = box.scrollTop > 0 && box.scrollTop + box.clientHeight >= box.scrollHeight - 2;
      const passed = sectionIds.filter((id) => {
        const element = document.getElementById(sectionElementId(id));
        return element !== null && element.getBoundingClientRect().top - top < 80;
      });
      // Near the end several sections are in sight at once, and none of the last ones can reach the top.
      if (!isAtEnd) setCurrent(passed.at(-1) ?? sectionIds[0]);
    };
    box.addEventListener('scroll', look, { passive: true });
    // Another width breaks the lines elsewhere: the section that is read stays in sight.
    let { clientWidth } = box;
    const resizes = new ResizeObserver(() => {
      if (box.clientWidth === clientWidth) return;
      ({ clientWidth } = box);
      document.getElementById(sectionElementId(shown.current))?.scrollIntoView({ block: 'start' });
    });
    resizes.observe(box);
    return () => {
      resizes.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, [scroll]);
  const goTo = (id: SectionId) => {
    const element = document.getElementById(sectionElementId(id));
    element?.scrollIntoView({ block: 'start' });
    element?.querySelector('h2')?.focus({ preventScroll: true });
    // After the scroll has told where it ended.
    requestAnimationFrame(() => requestAnimationFrame(() => setCurrent(id)));
  };
  return [current, goTo];
}
