/** Lets everything else that is due run first. */
export const turnOfOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
