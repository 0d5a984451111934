// For tests: Vitest forbids compiled code to be kept while it measures coverage, and what they start would inherit that and read all of its
// TypeScript anew, which takes it half a second and more.
delete process.env.NODE_DISABLE_COMPILE_CACHE;
