/** A server of a test site in a process of its own, to be killed; it writes a line when it is ready. Its clock is ahead by the ms in the site's file `ahead`. For tests. */
import { realPorts } from '../../server/ports/real.ts';
import { ahead } from './ahead.ts';
import { serve, type TestSite } from './server.ts';

const site = JSON.parse(process.argv[2] ?? '') as TestSite;
await serve(site, { ...realPorts(), now: ahead(site.data) });
process.stdout.write('ready\n');
