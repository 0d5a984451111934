import { z } from 'zod';

/** What the desktop shell asks of its page: from the native menu, a second start of the program, or the system's "open with". */
export const ShellRequest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('add'),
    paths: z.array(z.string()).describe('Absolute paths to review; none asks the user for a folder'),
  }),
  z.object({
    kind: z.literal('go'),
    screen: z.enum(['models', 'generate', 'queue', 'health', 'mappings', 'settings']),
  }),
]);
export type ShellRequest = z.infer<typeof ShellRequest>;
