import type { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './redis-clients.js';

/** Rejects once `work` takes longer than it may. */
export type WithinDeadline = <T>(work: Promise<T>) => Promise<T>;

/**
 * Asks whether Redis serves.
 *
 * @throws what was wrong, or of a cluster's nodes with the last one.
 */
export async function probeRedis(client: RedisClient, within: WithinDeadline): Promise<void> {
  // Redis and Cluster are one class to a test that holds another copy of the driver.
  if (!client.isCluster) await within(askServer(client as Redis));
  else await Promise.any((client as Cluster).nodes('master').map((node) => probeNode(node, within)));
}

/** A server takes commands also where it refused the database that was asked for, and does them in database 0. */
function askServer(redis: Redis): Promise<unknown> {
  const { db = 0 } = redis.options;
  return db === 0 ? redis.ping() : redis.select(db);
}

/** A node that is silent is hung up on, so that its commands fail at once and not by the deadline. */
async function probeNode(node: Redis, within: WithinDeadline): Promise<void> {
  const wasReady = node.status === 'ready';
  const info = await within(node.cluster('INFO')).catch((error: unknown) => {
    if (wasReady && node.status === 'ready') node.disconnect();
    throw error;
  });
  // PING is answered by a node of a cluster that is down.
  if (!info.includes('cluster_state:ok')) throw new Error('The cluster is down.');
}
