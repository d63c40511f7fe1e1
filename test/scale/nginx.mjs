// nginx in front of the services, as a reverse proxy stands there: round robin, with the client's address in a header.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './redis-server.mjs';

const MOST_WAIT_MS = 5_000;

export function isNginxInstalled() {
  return spawnSync('nginx', ['-v']).status === 0;
}

export class Nginx {
  #process;

  /** @param folder for its configuration, and all that it writes. */
  static async start(folder, upstreams) {
    const nginx = new Nginx();
    nginx.port = await freePort();
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, configuration(folder, nginx.port, upstreams));
    nginx.#process = spawn('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'ignore' });
    const startedAt = performance.now();
    while (!(await listens(nginx.port))) {
      if (performance.now() - startedAt > MOST_WAIT_MS) throw new Error('nginx did not start.');
      await wait(50);
    }
    return nginx;
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
  }
}

/** The run's clients speak as nginx's own peers would: their X-Forwarded-For is kept, and nginx's peer is appended. */
function configuration(folder, port, upstreams) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
pid ${folder}/nginx.pid;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  upstream services {
${upstreams.map((upstream) => `    server 127.0.0.1:${upstream};`).join('\n')}
    keepalive 256;
  }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000;
    location / {
      proxy_pass http://services;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`;
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
