import { sqlStateOf } from './storage-failure.js';

const MOST_TRIES = 3;
/** Of transactions that wait for each other the database ends one, which may then do it all again. */
const DEADLOCK = '40P01';

/** Does the work again where a deadlock ended it. @param work a transaction of its own each time */
export async function despiteDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === MOST_TRIES || sqlStateOf(error) !== DEADLOCK) throw error;
    }
  }
}
