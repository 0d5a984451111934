import { expect, test } from 'vitest';
import type { ShellRequest } from '../core/contract/shell/shell-request.ts';
import { createShellRequests } from './shell-requests.ts';

const add = (path: string): ShellRequest => ({ kind: 'add', paths: [path] });

test('what is asked before the page listens waits for it, once and in order; the rest is sent at once', () => {
  const sent: ShellRequest[] = [];
  const requests = createShellRequests((request) => sent.push(request));
  requests.ask(add('/a'));
  requests.ask(add('/b'));
  expect(sent).toEqual([]);
  expect(requests.listening()).toEqual([add('/a'), add('/b')]);
  requests.ask(add('/c'));
  expect(sent).toEqual([add('/c')]);
  requests.reloading();
  requests.ask(add('/d'));
  expect(sent).toEqual([add('/c')]);
  expect(requests.listening()).toEqual([add('/d')]);
});
