import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlAnswer, overview, refusal, type Controlled } from './control-routes.js';
import type { Fault } from './faults.js';
import { sendFaulty } from './faulty-reply.js';
import { receivedRequest, type ReceivedRequest } from './received-request.js';
import { replyOf, sendReply } from './reply.js';
import { ResponseTimers } from './response-timers.js';
import { isVendorName, VENDOR_NAMES, type Vendor, type VendorName } from './vendor.js';
import { VendorLane, type SandboxCall } from './vendor-lane.js';
import { abuseipdb } from './vendors/abuseipdb.js';
import { apiverve } from './vendors/apiverve.js';
import { beltic } from './vendors/beltic.js';
import { ipgeolocation } from './vendors/ipgeolocation.js';
import { ipqualityscore } from './vendors/ipqualityscore.js';
import { ipstack } from './vendors/ipstack.js';
import { novu } from './vendors/novu.js';
import type { NovuTrigger } from './vendors/novu-event.js';

export interface SandboxOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** A loopback address: the sandbox takes any key and has no other door. @default '127.0.0.1' */
  readonly host?: string;
}

const LOOPBACK_HOST = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/**
 * The vendors' HTTP APIs on loopback, for trying things without an account and for tests that need a vendor to fail.
 *
 * @example
 * const sandbox = await SandboxServer.start();
 * const answer = await fetch(`${sandbox.baseUrls.ipstack}/185.220.101.1?access_key=any&security=1`);
 * sandbox.setFault('ipstack', { kind: 'hang' });
 * await sandbox.close();
 */
export class SandboxServer {
  readonly url: string;
  readonly baseUrls: Readonly<Record<VendorName, string>>;
  private readonly timers = new ResponseTimers();
  private lanes = new Map<VendorName, VendorLane>();
  private triggered: NovuTrigger[] = [];
  private redirectsFollowed = 0;

  private constructor(private readonly server: Server) {
    const { address, port, family } = server.address() as AddressInfo;
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    const baseUrl = (name: VendorName): string => `${this.url}/${name}`;
    this.baseUrls = Object.fromEntries(VENDOR_NAMES.map((name) => [name, baseUrl(name)])) as Record<VendorName, string>;
    this.reset();
    server.on('request', (message: IncomingMessage, response: ServerResponse) => {
      this.handle(message, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendReply(response, replyOf(refusal(500, `The sandbox failed: ${String(error)}`)));
      });
    });
  }

  /** @throws {RangeError} when the host is not a loopback address. */
  static async start({ port = 0, host = '127.0.0.1' }: SandboxOptions = {}): Promise<SandboxServer> {
    if (!LOOPBACK_HOST.test(host)) throw new RangeError(`The sandbox listens on loopback only, not on "${host}".`);
    // Longer than any test takes: a connection that ends between two calls looks like a fault.
    const server = createServer({ keepAliveTimeout: 120_000 });
    server.listen(port, host);
    await once(server, 'listening');
    return new SandboxServer(server);
  }

  /** Events that Novu accepted, oldest first. */
  get triggers(): readonly NovuTrigger[] {
    return [...this.triggered];
  }

  /** Clients that followed the fault `redirect`. */
  get redirectHits(): number {
    return this.redirectsFollowed;
  }

  /** Switches a fault on, or off with `undefined`. @throws {RangeError} when there is no such fault. */
  setFault(vendor: VendorName, fault: Fault | undefined): void {
    this.laneOf(vendor).setFault(fault);
  }

  /** The newest thousand requests, oldest first, those that met a fault too. */
  calls(vendor: VendorName): readonly SandboxCall[] {
    return this.laneOf(vendor).calls;
  }

  requestCount(vendor: VendorName): number {
    return this.laneOf(vendor).requestCount;
  }

  /** Faults off; calls, quotas, triggers and replays forgotten. */
  reset(): void {
    this.triggered = [];
    this.redirectsFollowed = 0;
    const vendors: Readonly<Record<VendorName, Vendor>> = {
      ipstack: ipstack(),
      beltic: beltic(),
      ipgeolocation: ipgeolocation(),
      apiverve: apiverve(),
      abuseipdb: abuseipdb(),
      ipqualityscore: ipqualityscore(),
      novu: novu(this.triggered),
    };
    this.lanes = new Map(VENDOR_NAMES.map((name) => [name, new VendorLane(vendors[name])]));
  }

  /** Cuts every open connection, answered or not. */
  async close(): Promise<void> {
    this.timers.stopAll();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private laneOf(vendor: VendorName): VendorLane {
    const lane = this.lanes.get(vendor);
    if (lane === undefined) throw new RangeError(`There is no vendor "${vendor}".`);
    return lane;
  }

  private async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receivedRequest(message);
    if (request === undefined) sendReply(response, replyOf(refusal(400, 'The path is no text.')));
    else if (isVendorName(request.prefix)) this.handleVendor(request.prefix, request, response);
    else if (request.prefix === '_sandbox') sendReply(response, replyOf(controlAnswer(this.controlled(), request)));
    else sendReply(response, replyOf({ status: request.prefix === '' ? 200 : 404, body: overview(this.controlled()) }));
  }

  private handleVendor(name: VendorName, request: ReceivedRequest, response: ServerResponse): void {
    const lane = this.laneOf(name);
    const fault = lane.receive(request);
    const { vendor } = lane;
    if (fault === undefined) {
      sendReply(response, replyOf(vendor.answer(request)));
      return;
    }
    const redirectTarget = `${this.url}/_sandbox/redirected/${name}`;
    sendFaulty({ fault, vendor, request, response, timers: this.timers, redirectTarget });
  }

  private controlled(): Controlled {
    return {
      baseUrls: this.baseUrls,
      triggers: this.triggered,
      redirectHits: this.redirectsFollowed,
      laneOf: (vendor) => this.laneOf(vendor),
      countRedirect: () => (this.redirectsFollowed += 1),
      reset: () => {
        this.reset();
      },
    };
  }
}
