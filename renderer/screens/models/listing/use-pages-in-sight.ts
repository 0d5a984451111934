import { useEffect } from 'react';
import { useActions, useApp } from '../../../app-context.tsx';
import { missingPages } from '../../../store/models/listing.ts';

/** Has the pages read that rows `first` to `last` (not included) stand on. */
export function usePagesInSight(first: number, last: number): void {
  const { loadPages } = useActions();
  const missing = useApp(({ listing }) => missingPages(listing, first, last).join());
  useEffect(() => {
    if (missing !== '') void loadPages(missing.split(',').map(Number));
  }, [missing, loadPages]);
}
