// The house's map (CONTRIBUTING.md, "Layout"): imports run down only.
const rooms = {
  caching: ['common'],
  throttling: ['common'],
  providers: ['common'],
  storage: ['common'],
  scoring: ['common', 'providers'],
  'geo-velocity': ['common', 'storage', 'providers'],
  assessment: ['common', 'caching', 'providers', 'scoring'],
  policy: ['common', 'providers', 'scoring', 'geo-velocity', 'assessment'],
  screening: ['common', 'providers', 'scoring', 'geo-velocity', 'assessment', 'policy'],
  alerting: ['common', 'storage', 'providers', 'scoring', 'geo-velocity', 'assessment', 'policy'],
  decisions: [
    'common',
    'storage',
    'providers',
    'scoring',
    'geo-velocity',
    'assessment',
    'policy',
    'screening',
    'alerting',
  ],
  'ip-risk': [
    'common',
    'caching',
    'storage',
    'providers',
    'scoring',
    'geo-velocity',
    'assessment',
    'policy',
    'screening',
    'alerting',
    'decisions',
  ],
  api: [
    'common',
    'throttling',
    'providers',
    'scoring',
    'geo-velocity',
    'assessment',
    'policy',
    'screening',
    'alerting',
    'decisions',
  ],
  health: ['common', 'storage', 'providers', 'screening', 'alerting', 'decisions'],
  metrics: [
    'common',
    'caching',
    'storage',
    'providers',
    'scoring',
    'geo-velocity',
    'assessment',
    'policy',
    'screening',
    'alerting',
    'decisions',
  ],
  notifications: ['common', 'storage', 'scoring', 'alerting'],
};

// Rooms under providers that are no vendor.
const engine = '^src/modules/providers/(lookup|protection|proving)/';

const below = (room, allowed) => ({
  name: `${room}-imports-down-only`,
  comment: `src/modules/${room} may import ${allowed.join(', ')} and itself.`,
  severity: 'error',
  from: { path: `^src/modules/${room}/` },
  to: {
    path: '^src/',
    pathNot: [
      `^src/modules/${room}/`,
      ...allowed.map((name) => (name === 'common' ? '^src/common/' : `^src/modules/${name}/`)),
    ],
  },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'With ESM and decorators a cycle is "Cannot access before initialization" at start.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'common-knows-no-module',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: '^src/', pathNot: '^src/common/' },
    },
    ...Object.entries(rooms).map(([room, allowed]) => below(room, allowed)),
    {
      name: 'no-unmapped-room',
      comment: 'A new folder under src/modules needs its row in the map above.',
      severity: 'error',
      from: { path: '^src/modules/', pathNot: `^src/modules/(${Object.keys(rooms).join('|')})/` },
      to: {},
    },
    {
      name: 'nothing-points-at-a-vendor',
      comment: 'Vendors meet the port; only the doors know their names.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/(index|app\\.module|service-adapter|service-providers|testing)\\.ts$',
          '^src/modules/providers/([^/]+)/',
        ],
      },
      // The table of networks is data, and a fleet's analytics go by it too.
      to: { path: '^src/modules/providers/[^/]+/', pathNot: [engine, '^src/modules/providers/offline/networks/'] },
    },
    {
      name: 'vendors-do-not-meet',
      severity: 'error',
      from: { path: '^src/modules/providers/([^/]+)/', pathNot: engine },
      to: { path: '^src/modules/providers/[^/]+/', pathNot: '^src/modules/providers/$1/' },
    },
    {
      name: 'doubles-stay-out-of-production',
      comment: 'Fakes and the contract are for tests: only the testing door opens on them.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/testing\\.ts$', '^src/modules/providers/proving/', '\\.spec\\.ts$'] },
      to: { path: '^src/(modules/providers/proving/|common/clock/fake-clock\\.ts)' },
    },
    {
      name: 'protection-knows-no-strategy',
      severity: 'error',
      from: { path: '^src/modules/providers/protection/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/modules/providers/(lookup|proving)/' },
    },
    {
      name: 'sandbox-stands-alone',
      comment: 'It plays the vendors, so it may not know how we read them.',
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/', pathNot: '^src/sandbox/' },
    },
    {
      name: 'nobody-needs-the-sandbox',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sandbox/' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'nothing-imports-the-top',
      severity: 'error',
      from: { path: '^src/(common|modules)/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'judgement-is-framework-free',
      comment: 'Scoring and policy are pure: no Nest, no network, no clock.',
      severity: 'error',
      from: { path: '^src/modules/(scoring|policy)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(^|/)node_modules/(@nestjs|ioredis|lru-cache)|^src/common/clock/' },
    },
    {
      name: 'library-door-is-light',
      comment:
        'import "nestjs-ip-risk" loads no REST API, no health checks, no metrics, no queue, no environment, no server.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: {
        path: '^src/(modules/(api|health|throttling|metrics|notifications)|common/config)/|node_modules/(@nestjs/(terminus|config|throttler|platform-fastify|bullmq)|bullmq|@novu|prom-client|class-validator|class-transformer|fastify)/',
        reachable: true,
      },
    },
    {
      name: 'no-loose-address-parsers',
      comment: 'These read 010.0.0.1 as another address, or trust any header.',
      severity: 'error',
      from: {},
      to: { path: 'node_modules/(ip|request-ip|private-ip|proxy-addr)/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '\\.spec\\.ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
