// These functions run in the page: they travel as source, and each uses nothing from outside itself.

/** `firstListMs`: from the start of the navigation until the first tile was painted. */
export function watchFirstList(): void {
  const painted = new Promise<number>((resolve) => {
    const look = (): void => {
      // The frame after the one that it appeared in: by then it has been painted.
      if (document.querySelector('[role="option"], [role="row"] [role="gridcell"]'))
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
      else requestAnimationFrame(look);
    };
    look();
  });
  Object.assign(globalThis, { firstListMs: painted });
}

/** After `armSearch()`, `searchMs` is the time from the next keystroke until its result was painted. */
export function watchSearch(): void {
  const armSearch = (): void => {
    const searchMs = new Promise<number>((resolve) => {
      document.addEventListener(
        'keydown',
        (event) => {
          const main = document.querySelector('main');
          if (!main) return;
          const before = main.innerText;
          const settle = new MutationObserver(() => {
            if (main.innerText === before) return;
            settle.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp)));
          });
          settle.observe(main, { subtree: true, childList: true, characterData: true });
          // One more letter need not change what is found.
          setTimeout(() => {
            settle.disconnect();
            resolve(Number.NaN);
          }, 1000);
        },
        { once: true, capture: true },
      );
    });
    Object.assign(globalThis, { searchMs });
  };
  Object.assign(globalThis, { armSearch });
}

/** The times between frames, in ms, for so long. */
export function frameTimes(durationMs: number): Promise<number[]> {
  return new Promise((resolve) => {
    const times: number[] = [];
    let last = performance.now();
    const end = last + durationMs;
    const frame = (now: number): void => {
      times.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame);
      // The first one holds the time until the scroll began.
      else resolve(times.slice(1));
    };
    requestAnimationFrame(frame);
  });
}
