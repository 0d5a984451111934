import { z } from 'zod';

// Before any schema is made: compiled ones need eval, which the window's content policy forbids.
z.config({ jitless: true });
