import { askAhead } from './client/ask-ahead.ts';

// First of all the rows are asked for: the core answers while the window's own code, a thousand times as long, is read.
askAhead(window, localStorage);
void import('./main.tsx');
