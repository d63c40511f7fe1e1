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
import { serviceAdapter } from './service-adapter.js';

const logger = new Logger('Service');

try {
  // Buffered, so that a start that fails says one sentence and not Nest's stack as well.
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, serviceAdapter(), {
    bufferLogs: true,
    autoFlushLogs: false,
    abortOnError: false,
  });
  app.enableShutdownHooks();
  const { host, port, apiKeys } = app.get<ServiceConfig>(serviceConfig.KEY);
  await app.listen(port, host);
  app.flushLogs();
  if (apiKeys.length === 0) {
    logger.warn('No IP_RISK_API_KEYS are set: the service answers on loopback only. Set keys to open it to a network.');
  }
  logger.log(`Listening on ${await app.getUrl()} after ${Math.round(process.uptime() * 1000)} ms`);
} catch (error) {
  // Straight to the stream: the logger still buffers, and what it holds is Nest's stack for the same error.
  process.stderr.write(
    `nestjs-ip-risk did not start. ${error instanceof IpRiskError ? error.message : inspect(error)}\n`,
  );
  process.exit(1);
}
