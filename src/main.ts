#!/usr/bin/env node
import './favour-memory.js';
import 'reflect-metadata';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { serviceConfig, type ServiceConfig } from './common/config/service-config.js';
import { IpRiskError } from './common/errors/ip-risk.error.js';
import { endWhenAsked } from './end-when-asked.js';
import { serviceAdapter } from './service-adapter.js';

const logger = new Logger('Service');

try {
  // Buffered, so that a start that fails says one sentence and not Nest's stack as well.
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, serviceAdapter(), {
    bufferLogs: true,
    autoFlushLogs: false,
    abortOnError: false,
    // Only Fastify's own JSON parser: Nest's adds one for forms, which any web page may post to a loopback service.
    bodyParser: false,
  });
  // A stop that was asked for is a success: exit 0, and not the signal once more.
  app.enableShutdownHooks([], { useProcessExit: true });
  endWhenAsked();
  const { host, port, apiKeys, redisUrl, databaseUrl, hashKey } = app.get<ServiceConfig>(serviceConfig.KEY);
  await app.listen(port, host);
  app.flushLogs();
  if (!apiKeys.isRequired) {
    logger.warn('No IP_RISK_API_KEYS are set: the service answers on loopback only. Set keys to open it to a network.');
  }
  if (redisUrl !== undefined && hashKey === undefined) {
    logger.warn('REDIS_URL is set without IP_RISK_HASH_KEY: whoever can write to that Redis can put verdicts there.');
  }
  if (databaseUrl !== undefined && hashKey === undefined) {
    logger.warn('DATABASE_URL is set without IP_RISK_HASH_KEY: whoever reads that database can undo its pseudonyms.');
  }
  logger.log(`Listening on ${await app.getUrl()} after ${Math.round(process.uptime() * 1000)} ms`);
} catch (error) {
  // Straight to the stream: the logger still buffers, and what it holds is Nest's stack for the same error.
  process.stderr.write(`nestjs-ip-risk did not start. ${sentenceOf(error)}\n`);
  process.exit(1);
}

function sentenceOf(error: unknown): string {
  if (error instanceof IpRiskError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'PORT: another process listens there; stop it or choose another port.';
  if (code === 'EACCES') return 'PORT: this user may not listen there; choose one above 1023.';
  return inspect(error);
}
