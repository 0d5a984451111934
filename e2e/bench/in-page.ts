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

/** After `armSearch()`, `searchMs` is the time from the next keystroke until the rows for what then stands in the field were painted. */
export function watchSearch(): void {
  const { fetch } = globalThis;
  let onRows = (_query: string): void => {};
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    const { pathname, searchParams } = new URL(String(request[0]), location.href);
    if (!pathname.endsWith('/models')) return response;
    const read = response.json.bind(response);
    response.json = async () => {
      const rows: unknown = await read();
      onRows(searchParams.get('query') ?? '');
      return rows;
    };
    return response;
  };
  const armSearch = (): void => {
    const searchMs = new Promise<number>((resolve) => {
      document.addEventListener(
        'keydown',
        ({ timeStamp }) => {
          onRows = (query) => {
            const field = document.activeElement;
            if (!(field instanceof HTMLInputElement) || field.value !== query) return;
            onRows = () => {};
            // The window draws them before the next frame; after it they have been painted.
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp)));
          };
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
