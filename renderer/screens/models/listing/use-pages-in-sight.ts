import { useEffect } from 'react';
import { useActions, useApp } from '../../../app-context.tsx';
import { missingPages } from '../../../store/models/listing.ts';

/** So far from the rows in sight a page is read before it is needed: who scrolls meets models, not their places. */
const aheadRows = 50;

/** Has the pages read that rows `first` to `last` (not included) stand on. */
export function usePagesInSight(first: number, last: number): void {
  const { loadPages } = useActions();
  const missing = useApp(({ listing }) => missingPages(listing, first - aheadRows, last + aheadRows).join());
  useEffect(() => {
    if (missing !== '') void loadPages(missing.split(',').map(Number));
  }, [missing, loadPages]);
}
