import { useTranslations } from 'use-intl';
import { en } from '../../messages/en.ts';

function isRemedy(code: string): code is keyof typeof en.importRemedy {
  return code in en.importRemedy;
}

/** What to do about an import that failed, where the failure's own sentence doesn't say. */
export function useImportRemedy(): (code: string) => string {
  const t = useTranslations('importRemedy');
  return (code) => (isRemedy(code) ? t(code) : '');
}
