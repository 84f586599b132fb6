// A network of its own for each node, joined by a bridge, so that ways between nodes can be cut. Needs root.
import { spawnSync } from 'node:child_process';
import { until } from './api.mjs';

let count = 0;

const NOWHERE = '02:00:00:00:00:99'; // No device has it: what is sent there is lost without an error.

function ip(...args) {
  const result = spawnSync('ip', args);
  if (result.status !== 0) throw new Error(`ip ${args.join(' ')}: ${result.error ?? String(result.stderr).trim()}`);
}

export function whyNoNetworks() {
  if (process.getuid() !== 0) return 'network namespaces need root';
  const name = `sy${process.pid}t`;
  try {
    ip('netns', 'add', name);
    ip('link', 'add', name, 'type', 'bridge');
    ip('link', 'del', name);
    return null;
  } catch (error) {
    return `no network namespaces here: ${error.message}`;
  } finally {
    spawnSync('ip', ['netns', 'del', name]);
  }
}

export class Network {
  constructor(nodes) {
    const prefix = `10.213.${process.pid % 200 + 20}`;
    const name = `sy${process.pid}${String.fromCharCode(97 + count++ % 26)}`; // A link has a name of 15 characters at most.
    this.bridge = name;
    this.table = `${prefix}.2`; // Not the address from which the test calls: that way is never cut.
    this.hosts = Array.from({ length: nodes }, (_, i) => `${prefix}.${11 + i}`);
    this.spaces = this.hosts.map((_, i) => `${name}${i}`);
    ip('link', 'add', this.bridge, 'type', 'bridge');
    ip('addr', 'add', `${prefix}.1/24`, 'dev', this.bridge);
    ip('addr', 'add', `${this.table}/24`, 'dev', this.bridge);
    ip('link', 'set', this.bridge, 'up');
    this.spaces.forEach((space, i) => {
      ip('netns', 'add', space);
      ip('link', 'add', `${space}v`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
      ip('link', 'set', `${space}v`, 'master', this.bridge, 'up');
      ip('-n', space, 'addr', 'add', `${this.hosts[i]}/24`, 'dev', 'eth0');
      ip('-n', space, 'link', 'set', 'eth0', 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
    });
  }

  // What a node sends to an address is lost from now on.
  cut(node, address) { ip('-n', this.spaces[node], 'neigh', 'replace', address, 'lladdr', NOWHERE, 'dev', 'eth0', 'nud', 'permanent'); }

  cutBetween(one, other) {
    this.cut(one, this.hosts[other]);
    this.cut(other, this.hosts[one]);
  }

  heal() {
    for (const space of this.spaces) ip('-n', space, 'neigh', 'flush', 'dev', 'eth0', 'nud', 'permanent');
  }

  // A process that is ending may still hold its network.
  async remove() {
    for (const space of this.spaces)
      await until(`${space} is removed`, () => spawnSync('ip', ['netns', 'del', space]).status === 0, 10).catch(console.error);
    spawnSync('ip', ['link', 'del', this.bridge]);
  }
}
