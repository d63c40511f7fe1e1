import {
  All,
  Controller,
  Delete,
  Get,
  Head,
  Options,
  Patch,
  Post,
  Put,
  UseGuards,
  Version,
  type CanActivate,
  type Type,
} from '@nestjs/common';
import { IpRisk } from 'nestjs-ip-risk';

const VERBS = { Get, Post, Put, Patch, Delete, Head, Options, All } as const;
type Verb = keyof typeof VERBS;

interface Shape {
  readonly path: (wildcard: string) => string;
  readonly url: string;
  /** Its methods carry their own version where the app has versions; the others carry their class's. */
  readonly version: '1' | '2';
}

const SHAPES: Readonly<Record<string, Shape>> = {
  plain: { path: () => 'plain', url: 'plain', version: '1' },
  params: { path: () => ':id/items/:item', url: '7/items/a%2Fb', version: '2' },
  wildcard: { path: (wildcard) => `files/${wildcard}`, url: 'files/a/b.txt', version: '1' },
};

/** A guard of the application's own, beside ours. */
class LetEverybodyIn implements CanActivate {
  canActivate(): true {
    return true;
  }
}

export interface GeneratedRoute {
  /** What {@link GeneratedRoutes.ran} holds once its handler ran. */
  readonly id: string;
  readonly isDecorated: boolean;
  readonly verb: Verb;
  /** Without prefix and version. */
  readonly path: string;
  readonly version: '1' | '2';
}

interface ClassPlan {
  readonly paths: readonly string[];
  readonly parent?: Type;
  readonly decorators?: readonly ClassDecorator[];
  readonly methodDecorators?: (index: number) => readonly MethodDecorator[];
  readonly isDecorated: (index: number) => boolean;
}

const ALWAYS = (): boolean => true;
const NEVER = (): boolean => false;
const EVERY_SECOND = (index: number): boolean => index % 2 === 0;

/** Controllers of every way to be protected and not to be, with every verb and shape of path. */
export class GeneratedRoutes {
  readonly controllers: Type[] = [];
  readonly routes: GeneratedRoute[] = [];
  /** Ids of the handlers that ran, in order. */
  readonly ran: string[] = [];

  /** @param wildcard as the adapter writes it: `*` for Fastify, with a name for Express. */
  constructor(private readonly wildcard: '*' | '*path') {
    this.addProtected();
    this.addUnprotected();
  }

  private addProtected(): void {
    const guarded = IpRisk();
    const elsewhere = UseGuards(LetEverybodyIn);
    this.add('ByClass', { paths: ['by-class', 'by-class-too'], decorators: [guarded], isDecorated: ALWAYS });
    this.add('ByBoth', {
      paths: ['by-both'],
      decorators: [guarded],
      methodDecorators: () => [guarded],
      isDecorated: ALWAYS,
    });
    const protectedBase = this.classOf('ProtectedBase', Object, [guarded]);
    this.addHandlers(protectedBase, () => []);
    this.add('Inherited', { paths: ['inherited'], parent: protectedBase, isDecorated: ALWAYS });
    this.add('InheritedWithGuards', {
      paths: ['inherited-with-guards'],
      parent: protectedBase,
      decorators: [elsewhere],
      isDecorated: ALWAYS,
    });
    const protectedMethods = this.classOf('ProtectedMethods', Object, []);
    this.addHandlers(protectedMethods, () => [elsewhere, guarded]);
    this.add('InheritedMethods', { paths: ['inherited-methods'], parent: protectedMethods, isDecorated: ALWAYS });
  }

  private addUnprotected(): void {
    const guarded = IpRisk();
    this.add('Bare', { paths: ['bare', 'bare-too'], isDecorated: NEVER });
    this.add('OtherGuards', { paths: ['other-guards'], decorators: [UseGuards(LetEverybodyIn)], isDecorated: NEVER });
    this.add('Mixed', {
      paths: ['mixed'],
      methodDecorators: (index) => (EVERY_SECOND(index) ? [guarded] : []),
      isDecorated: EVERY_SECOND,
    });
    // A class that is protected below an unprotected one protects neither its parent nor its siblings.
    const parent = this.add('BareParent', { paths: ['bare-parent'], isDecorated: NEVER });
    this.add('ProtectedChild', { paths: ['protected-child'], parent, decorators: [guarded], isDecorated: ALWAYS });
    this.add('BareChild', { paths: ['bare-child'], parent, isDecorated: NEVER });
  }

  private add(name: string, { paths, parent, decorators = [], methodDecorators, isDecorated }: ClassPlan): Type {
    const controller = this.classOf(name, parent ?? Object, [
      Controller({ path: [...paths], version: '1' }),
      ...decorators,
    ]);
    if (parent === undefined) this.addHandlers(controller, methodDecorators ?? (() => []));
    this.controllers.push(controller);
    for (const base of paths) {
      for (const [index, { name: method, verb, shape }] of handlers().entries()) {
        this.routes.push({
          id: `${name}.${method}`,
          isDecorated: isDecorated(index),
          verb,
          path: `${base}/${verb}/${shape.url}`,
          version: shape.version,
        });
      }
    }
    return controller;
  }

  private classOf(name: string, parent: Type, decorators: readonly ClassDecorator[]): Type {
    const generated = { [name]: class extends parent {} }[name] as Type;
    for (const decorate of decorators) decorate(generated);
    return generated;
  }

  private addHandlers(controller: Type, decoratorsOf: (index: number) => readonly MethodDecorator[]): void {
    const { ran, wildcard } = this;
    const { prototype } = controller as { prototype: object };
    for (const [index, { name, verb, shape }] of handlers().entries()) {
      const value = function (this: object): string {
        ran.push(`${this.constructor.name}.${name}`);
        return name;
      };
      const descriptor = { value, configurable: true, writable: true };
      Object.defineProperty(value, 'name', { value: name });
      Object.defineProperty(prototype, name, descriptor);
      const own = shape.version === '1' ? [] : [Version(shape.version)];
      for (const decorate of [VERBS[verb](`${verb}/${shape.path(wildcard)}`), ...own, ...decoratorsOf(index)]) {
        decorate(prototype, name, descriptor);
      }
    }
  }
}

function handlers(): { readonly name: string; readonly verb: Verb; readonly shape: Shape }[] {
  return (Object.keys(VERBS) as Verb[]).flatMap((verb) =>
    Object.entries(SHAPES).map(([name, shape]) => ({ name: `${verb}_${name}`, verb, shape })),
  );
}
