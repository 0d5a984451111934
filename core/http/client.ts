import { type Client, type CommandInput, type CommandName, type CommandOutput, commands } from '../contract/command.ts';
import { Failed, Failure } from '../contract/failure.ts';
import { toRest } from '../contract/rest.ts';

/**
 * A client of a core in another process, over its HTTP door. What the core fails with comes back as the same `Failed`;
 * `not_answering` where no core is there, or none that speaks this language, or it took longer than `timeoutMs`.
 */
export function createHttpClient(url: string, key: string | null, timeoutMs?: number): Client {
  return {
    async call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> {
      const { method, path, body } = toRest(name, input as Readonly<Record<string, unknown>>);
      const answer = await exchange(url, path, {
        method,
        headers: {
          ...(key !== null && { authorization: `Bearer ${key}` }),
          ...(body !== null && { 'content-type': 'application/json' }),
        },
        ...(body !== null && { body: JSON.stringify(body) }),
        ...(timeoutMs !== undefined && { signal: AbortSignal.timeout(timeoutMs) }),
      });
      if (!answer.isOk) {
        const failure = Failure.safeParse(answer.content);
        throw failure.success ? Failed.from(failure.data) : notAnswering(url, 'its answer is not of this program');
      }
      const output = commands[name].output.safeParse(answer.content);
      if (!output.success) throw notAnswering(url, 'its answer is of another version of Vitrine');
      return output.data as CommandOutput<Name>;
    },
  };
}

async function exchange(url: string, path: string, init: RequestInit): Promise<{ isOk: boolean; content: unknown }> {
  try {
    const response = await fetch(new URL(path, url), { ...init, redirect: 'error' });
    return { isOk: response.ok, content: await response.json() };
  } catch (error) {
    throw notAnswering(url, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function notAnswering(url: string, reason: string, cause?: unknown): Failed {
  return new Failed('not_answering', { url, reason }, { cause });
}
