const MOST_MS = 9000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Ends the process, with exit code 1, where a stop that was asked for has not ended it in time: a provider that never
 * stops or a request that never ends. Whoever asked waits 10 seconds as a rule and kills then.
 *
 * @param mostMs milliseconds that the stop may take. @default 9000
 */
export function endWhenAsked(mostMs = MOST_MS): void {
  const end = (): void => {
    setTimeout(() => {
      process.stderr.write('nestjs-ip-risk did not stop in time, so it was ended with work unfinished.\n');
      process.exit(1);
    }, mostMs).unref();
  };
  for (const signal of SIGNALS) process.once(signal, end);
}
