import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { digested } from '../policy/policy-digest.js';
import type { PolicySet } from '../policy/policy-file.js';
import { resolvePolicy } from '../policy/resolve-policy.js';
import type { ScreenedRoute } from '../screening/screening.service.js';
import { assertRouteOptions } from './route-options-check.js';
import { optionsOf, type IpRiskRouteOptions } from './ip-risk-options.js';

/** A decorated handler with everything settled. */
export interface ProtectedRoute extends ScreenedRoute {
  readonly options: IpRiskRouteOptions;
}

type Handler = object & { readonly name: string };

/** The options and policy of each decorated route: worked out once, and checked when the application starts. */
@Injectable()
export class ProtectedRoutes implements OnModuleInit {
  private readonly routes = new WeakMap<Type, WeakMap<Handler, ProtectedRoute>>();

  constructor(
    private readonly policies: PolicySet,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly hasDatabase: boolean,
  ) {}

  /** @throws InvalidConfigurationError for a route whose options cannot be meant, which stops the start. */
  onModuleInit(): void {
    for (const { metatype } of this.discovery.getControllers()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Record<string, unknown>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name];
        if (typeof handler === 'function') this.of(metatype as Type, handler);
      }
    }
  }

  of(controller: Type, handler: Handler): ProtectedRoute {
    let ofController = this.routes.get(controller);
    if (ofController === undefined) {
      ofController = new WeakMap();
      this.routes.set(controller, ofController);
    }
    let route = ofController.get(handler);
    if (route === undefined) {
      route = this.settle(controller, handler);
      ofController.set(handler, route);
    }
    return route;
  }

  private settle(controller: Type, handler: Handler): ProtectedRoute {
    const layers = [...classLayers(controller), ...optionsOf(handler)];
    const route = `${controller.name}.${handler.name}`;
    const at = `@IpRisk on ${route}`;
    for (const layer of layers) assertRouteOptions(layer, at);
    const policy = digested(resolvePolicy(this.policies, layers, at));
    const options = Object.assign({}, ...layers) as IpRiskRouteOptions;
    return { route, policy, options, asksVendors: options.escalate === true, travel: this.travelOf(options, at) };
  }

  /** @throws InvalidConfigurationError for a route that says when to record a login, and nobody could. */
  private travelOf({ subject, recordOn }: IpRiskRouteOptions, at: string): ProtectedRoute['travel'] {
    if (recordOn !== undefined && subject === undefined) {
      throw new InvalidConfigurationError(`${at}: recordOn needs "subject", which says whose login it is.`);
    }
    if (recordOn !== undefined && !this.hasDatabase) {
      throw new InvalidConfigurationError(`${at}: recordOn needs a "database" in IpRiskModule.forRoot.`);
    }
    if (subject === undefined || !this.hasDatabase) return undefined;
    return recordOn === 'request' ? 'record' : 'check';
  }
}

/** Base class first: a class that extends a protected one adds to its options and does not replace them. */
function classLayers(controller: Type): IpRiskRouteOptions[] {
  const parent = Object.getPrototypeOf(controller) as Type | null;
  return [...(parent === null || parent === Function.prototype ? [] : classLayers(parent)), ...optionsOf(controller)];
}
