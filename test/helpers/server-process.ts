/** A server of a test site in a process of its own, to be killed; it writes a line when it is ready. For tests. */
import { serve, type TestSite } from './server.ts';

const site = JSON.parse(process.argv[2] ?? '') as TestSite;
await serve(site);
process.stdout.write('ready\n');
