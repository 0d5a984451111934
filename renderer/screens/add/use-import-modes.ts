import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import type { ImportMode } from '../../../core/contract/library/task.ts';

const modes = ['reference', 'copy', 'move'] as const satisfies readonly ImportMode[];

/** The ways in, as choices with their words. */
export function useImportModes() {
  const t = useTranslations('add');
  return useMemo(() => modes.map((value) => ({ value, text: t(`mode.${value}`) })), [t]);
}
