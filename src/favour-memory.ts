import { setFlagsFromString } from 'node:v8';

// The shipped databases are 146 MB outside V8's heap, while requests leave almost nothing behind. Left alone, V8 still
// lets its own heap grow by some 50 MB before it collects; this makes it collect earlier. First import of main.ts.
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--semi-space-growth-factor=1');
