import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from './faults.js';
import {
  nested,
  withBadNumbers,
  withHostileKeys,
  withOtherAddress,
  withPadding,
  withWrongTypes,
} from './json-damage.js';
import { replyOf, sendHead, sendReply, type Reply } from './reply.js';
import type { ResponseTimers } from './response-timers.js';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.js';

/** A request that meets a fault. */
export interface FaultyExchange {
  readonly fault: Fault;
  readonly vendor: Vendor;
  readonly request: VendorRequest;
  readonly response: ServerResponse;
  readonly timers: ResponseTimers;
  /** Where the fault `redirect` leads. */
  readonly redirectTarget: string;
}

export function sendFaulty(exchange: FaultyExchange): void {
  const { fault, response } = exchange;
  if (fault.kind === 'hang') return;
  if (fault.kind === 'refuse') {
    response.socket?.destroy();
    return;
  }
  const unreached = answerWithoutVendor(exchange);
  if (unreached !== undefined) sendReply(response, unreached);
  else sendDamaged(exchange);
}

/** The answer of faults that keep the request from the vendor. */
function answerWithoutVendor({ fault, vendor, request, redirectTarget }: FaultyExchange): Reply | undefined {
  switch (fault.kind) {
    case 'status': {
      const failed = vendor.failure(fault.status, `The sandbox was told to answer ${fault.status}.`);
      return replyOf(vendor.kept?.(request, failed) ?? failed);
    }
    case 'html':
      return replyOf({ status: 200, body: '<!doctype html><title>Welcome</title><h1>It works!</h1>' });
    case 'empty':
      return { status: 200, headers: {}, body: Buffer.alloc(0) };
    case 'deep':
      return { status: 200, headers: JSON_TYPE, body: Buffer.from(nested(fault.levels ?? 100_000)) };
    case 'redirect':
      return { status: 302, headers: { Location: redirectTarget }, body: Buffer.alloc(0) };
    case 'quota':
      return replyOf(vendor.quotaSpent());
    case 'rate-limited':
      return replyOf(vendor.rateLimited(fault.retryAfterSeconds ?? 2));
    default:
      return undefined;
  }
}

function sendDamaged(exchange: FaultyExchange): void {
  const { fault, vendor, request, response, timers } = exchange;
  const answer = vendor.answer(request);
  const reply = replyOf(answer);
  switch (fault.kind) {
    case 'delay':
      timers.repeat(response, fault.ms, () => {
        sendReply(response, reply);
        return true;
      });
      return;
    case 'drip':
      drip(exchange, reply, fault.bytesPerSecond ?? 1);
      return;
    case 'reset':
      sendHalf(response, reply, () => response.socket?.resetAndDestroy());
      return;
    case 'truncated':
      if (fault.where === 'json') sendReply(response, { ...reply, body: halfOf(reply.body) });
      else sendHalf(response, reply, () => response.socket?.end());
      return;
    case 'gzip-bomb':
      sendReply(response, gzipBomb(reply, fault.megabytes ?? 200));
      return;
    default:
      sendReply(response, { ...reply, body: Buffer.from(damagedJson(fault, answer, vendor.addressesOf(request))) });
  }
}

function damagedJson(fault: Fault, { body }: VendorAnswer, asked: readonly string[]): string {
  switch (fault.kind) {
    case 'huge':
      return withPadding(body, fault.megabytes ?? 10);
    case 'wrong-types':
      return withWrongTypes(body, fault.as ?? 'text');
    case 'nan':
      return withBadNumbers(body);
    case 'proto':
      return withHostileKeys(body);
    case 'other-address':
      return withOtherAddress(body, asked, fault.address ?? '9.9.9.9');
    default:
      return JSON.stringify(body);
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };

/** At most ten writes a second: timers are no finer than that needs. */
function drip({ response, timers }: FaultyExchange, reply: Reply, bytesPerSecond: number): void {
  const writesPerSecond = Math.min(bytesPerSecond, 10);
  const size = Math.ceil(bytesPerSecond / writesPerSecond);
  let sent = 0;
  const sendSome = (): boolean => {
    response.write(reply.body.subarray(sent, sent + size));
    sent += size;
    if (sent >= reply.body.length) response.end();
    return sent >= reply.body.length;
  };
  sendHead(response, reply);
  if (!sendSome()) timers.repeat(response, 1000 / writesPerSecond, sendSome);
}

function sendHalf(response: ServerResponse, reply: Reply, then: () => void): void {
  sendHead(response, reply);
  response.write(halfOf(reply.body), then);
}

function halfOf(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

/** Gzip members may follow each other, so the white space is packed once and repeated: a kilobyte for each megabyte. */
function gzipBomb(reply: Reply, megabytes: number): Reply {
  const spaces = gzipSync(Buffer.alloc(1_000_000, ' '));
  const members = Array.from({ length: megabytes }, () => spaces);
  return {
    ...reply,
    headers: { ...reply.headers, 'Content-Encoding': 'gzip' },
    body: Buffer.concat([...members, gzipSync(reply.body)]),
  };
}
