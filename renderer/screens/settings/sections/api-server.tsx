import { Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import words from '../../../styles/text.module.css';
import { Button, Tool } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { Choice } from '../../../ui/fields/choice.tsx';
import { NumberBox } from '../../../ui/fields/number-box.tsx';
import { Switch } from '../../../ui/fields/switch.tsx';
import { TextField } from '../../../ui/fields/text-field.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { OptionPrefs } from './option-prefs.tsx';
import { Pref, PrefProblem } from './pref.tsx';

const hosts = ['127.0.0.1', '0.0.0.0'] as const;

/** The door for other programs: open or closed, where, for whom; what it does with what they ask stands below. */
export function ApiServer() {
  const t = useTranslations('server');
  const { failed } = useWords();
  const server = useApp((state) => state.server);
  const { setServer, copyText } = useActions();
  if (!server) return null;
  const { is_on, is_fixed, host, port, url, failure } = server;
  return (
    <>
      <Pref title={t('answer')} text={is_fixed ? t('fixed') : t('answerMeans')}>
        <Switch
          label={t('answer')}
          isOn={is_on}
          isDisabled={is_fixed}
          onChange={(is_on) => void setServer({ is_on })}
        />
      </Pref>
      {failure && (
        <PrefProblem>
          <HealthGlyph state="invalid" />
          {failed(failure)}
        </PrefProblem>
      )}
      <Pref title={t('address')} text={url === null ? t('addressOff') : t('addressMeans')}>
        {url !== null && (
          <>
            <bdi dir="ltr" className={words.mono}>
              {url}
            </bdi>
            <Tool label={t('copyAddress')} onPress={() => void copyText(url, t('copiedAddress'))}>
              <Copy />
            </Tool>
          </>
        )}
      </Pref>
      {!is_fixed && (
        <>
          <Pref title={t('reach')} text={t('reachMeans')}>
            <Choice
              size="row"
              label={t('reach')}
              value={hosts.find((known) => known === host) ?? null}
              options={hosts.map((value) => ({ value, text: t(value === '127.0.0.1' ? 'reachOwn' : 'reachAll') }))}
              onChange={(value) =>
                void setServer({ host: value, ...(value === '0.0.0.0' && server.key === null && { key: newKey() }) })
              }
            />
          </Pref>
          <Pref title={t('port')} text={t('portMeans')}>
            <NumberBox
              label={t('port')}
              value={port}
              min={1024}
              max={65_535}
              onChange={(value) => void setServer({ port: value })}
            />
          </Pref>
        </>
      )}
      <Key />
      <OptionPrefs section="api" />
    </>
  );
}

function Key() {
  const t = useTranslations('server');
  const server = useApp((state) => state.server);
  const { setServer, copyText } = useActions();
  const [isWrong, setIsWrong] = useState(false);
  if (!server) return null;
  const { key, is_fixed, host } = server;
  const isNeeded = host !== '127.0.0.1';
  return (
    <>
      <Pref title={t('key')} text={isNeeded ? t('keyNeeded') : t('keyMeans')}>
        <TextField
          label={t('key')}
          isMono
          width={232}
          value={key ?? ''}
          placeholder={t('keyNone')}
          maxLength={200}
          isDisabled={is_fixed}
          isWrong={isWrong}
          onCommit={(text) => {
            const isFine = (text === '' && !isNeeded) || /^[\x21-\x7e]{8,200}$/.test(text);
            setIsWrong(!isFine);
            if (isFine) void setServer({ key: text === '' ? null : text });
          }}
        />
        {key !== null && (
          <Tool label={t('copyKey')} onPress={() => void copyText(key, t('copiedKey'))}>
            <Copy />
          </Tool>
        )}
        {!is_fixed && (
          <Button
            size="small"
            onPress={() => {
              setIsWrong(false);
              void setServer({ key: newKey() });
            }}
          >
            {t('makeKey')}
          </Button>
        )}
      </Pref>
      {isWrong && (
        <PrefProblem>
          <HealthGlyph state="invalid" />
          {t('keyWrong')}
        </PrefProblem>
      )}
    </>
  );
}

/** 144 random bits, in letters that need no quoting anywhere. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
