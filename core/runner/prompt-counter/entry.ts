import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { failureOf } from '../../contract/failure.ts';
import { countPrompt } from '../../diffusion/prompt/count-prompt.ts';
import { type ClipTokenizer, openTokenizer } from '../../diffusion/tokenizer/clip-tokenizer.ts';
import { type CountReply, CountRequest } from './prompt-counter.ts';

// Two encoders of one bundle cut text the same way: the first one's tokenizer counts for both. The last one opened is kept.
let opened: { readonly folder: string; readonly tokenizer: ClipTokenizer } | null = null;

async function tokenizerOf(entryPath: string): Promise<ClipTokenizer> {
  const folder = join(entryPath, 'tokenizer');
  if (opened?.folder !== folder) opened = { folder, tokenizer: await openTokenizer(folder) };
  return opened.tokenizer;
}

async function answer(message: unknown): Promise<void> {
  const { id, entry_path, prompt, negative_prompt, steps, prompt_syntax: syntax } = CountRequest.parse(message);
  const send = (reply: CountReply): void => parentPort?.postMessage(reply);
  try {
    const tokenizer = await tokenizerOf(entry_path);
    const counts = {
      prompt: countPrompt(prompt, tokenizer, { syntax, steps, isNegative: false }),
      negative_prompt: countPrompt(negative_prompt, tokenizer, { syntax, steps, isNegative: true }),
    };
    send({ kind: 'counted', id, counts });
  } catch (error) {
    send({ kind: 'failed', id, failure: failureOf(error) });
  }
}

let line: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: unknown) => {
  line = line.then(() => answer(message));
});
