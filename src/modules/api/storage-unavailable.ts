import { Logger, ServiceUnavailableException } from '@nestjs/common';
import type { StorageError } from '../../common/errors/ip-risk.error.js';

const logger = new Logger('Api');

/**
 * What a caller is told when the database did not do what it was asked. An outage is the database's own to log, and once;
 * a statement that it refused is a fault that somebody must look into.
 */
export function storageUnavailable({ code, message, stack }: StorageError): ServiceUnavailableException {
  if (code === 'STORAGE_FAILED') logger.error(stack);
  return new ServiceUnavailableException({ error: 'STORAGE_UNAVAILABLE', message });
}
