import { useEffect } from 'react';
import { useActions, useApp } from '../../../../app-context.tsx';
import { missingPages } from '../../../../store/models/listing.ts';

/** So far ahead of the rows that are drawn a page is read: who scrolls meets models, not their places. */
const aheadRows = 40;

/** Has the pages read that rows `first` to `last` (not included) stand on; once the list is scrolled, those around them as well. */
export function usePagesInSight(first: number, last: number): void {
  const { loadPages } = useActions();
  const ahead = first > 0 ? aheadRows : 0;
  const missing = useApp(({ listing }) => missingPages(listing, first - ahead, last + ahead).join());
  useEffect(() => {
    if (missing !== '') void loadPages(missing.split(',').map(Number));
  }, [missing, loadPages]);
}
