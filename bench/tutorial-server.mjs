// The Express application of ipgeolocation's tutorial, for bench/tutorial.bench.mjs: REDIS (a URL) and VENDOR (the URL of
// the security API). The middleware is the tutorial's, cache and all; the route answers what bench/guarded-server.mjs does.
import express from 'express';
import { Redis } from 'ioredis';

const [redisUrl, securityUrl] = process.argv.slice(2);
const redis = new Redis(redisUrl);
const CACHE_TTL = 300;

async function getCachedRisk(ip) {
  try {
    const cached = await redis.get(`ip-risk:${ip}`);
    return cached ? JSON.parse(cached) : null;
  } catch {
    return null;
  }
}

async function setCachedRisk(ip, security) {
  try {
    await redis.set(`ip-risk:${ip}`, JSON.stringify(security), 'EX', CACHE_TTL);
  } catch {
    // As in the tutorial: a verdict that is not kept is bought again.
  }
}

function decide(req, res, next, clientIp, security) {
  const score = security.threat_score ?? 0;
  req.ipRisk = { score, flags: security, ip: clientIp };
  if (score >= 80) return res.status(403).json({ error: 'Request blocked' });
  if (score >= 45) req.requireMfa = true;
  return next();
}

async function ipRiskCheck(req, res, next) {
  const clientIp = req.headers['x-forwarded-for']?.split(',')[0]?.trim() || req.socket.remoteAddress;
  const cached = await getCachedRisk(clientIp);
  if (cached) return decide(req, res, next, clientIp, cached);
  try {
    const response = await fetch(`${securityUrl}?apiKey=bench&ip=${clientIp}`, { signal: AbortSignal.timeout(1500) });
    if (!response.ok) {
      req.ipRisk = { score: 0, flags: {}, failedOpen: true };
      return next();
    }
    const { security = {} } = await response.json();
    await setCachedRisk(clientIp, security);
    return decide(req, res, next, clientIp, security);
  } catch {
    req.ipRisk = { score: 0, flags: {}, failedOpen: true };
    return next();
  }
}

const app = express();
app.use(express.json());
app.get('/hit', ipRiskCheck, (req, res) => {
  res.json({ ok: true });
});
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port));
// CPU seconds of this process so far, for whoever asks.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send((user + system) / 1e6);
});
// The bench ended, also when it failed.
process.once('disconnect', () => process.exit());
