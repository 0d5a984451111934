import { type CommandName, type CommandOutput, commands } from '../../core/contract/command.ts';
import { SequencedEvent } from '../../core/contract/event.ts';
import { Failed, Failure } from '../../core/contract/failure.ts';
import { restPrefix, toRest } from '../../core/contract/rest.ts';
import { Unreachable, type WindowClient } from './client.ts';

interface HttpTransport {
  readonly fetch: typeof fetch;
  readonly openEvents: (url: string) => EventSource;
  readonly platform: string;
}

/** In a plain browser: the HTTP door of the server that the page came from. */
export function createHttpClient({ fetch, openEvents, platform }: HttpTransport): WindowClient {
  return {
    async call<Name extends CommandName>(name: Name, input: object) {
      const { method, path, body } = toRest(name, { ...input });
      const answer = await fetch(path, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }).catch((cause: unknown) => {
        throw new Unreachable(path, { cause });
      });
      const value: unknown = await answer.json().catch(() => null);
      if (answer.ok) return commands[name].output.parse(value) as CommandOutput<Name>;
      const failure = Failure.safeParse(value);
      if (!failure.success) throw new Unreachable(`${path}: ${answer.status}`);
      throw Failed.from(failure.data);
    },
    listen(listener) {
      const source = openEvents(`${restPrefix}/events`);
      source.onopen = () => listener.opened();
      source.onerror = () => listener.lost();
      source.onmessage = ({ data }: MessageEvent<string>) => listener.event(SequencedEvent.parse(JSON.parse(data)));
      return () => source.close();
    },
    pictureUrl: (artifact) => artifact.url,
    previewUrl: (modelId) => `${restPrefix}/models/${encodeURIComponent(modelId)}/preview`,
    desktop: null,
    platform,
  };
}
