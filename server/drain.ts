/** The end of an HTTP server: whoever is being answered gets the answer, within a limit. It cuts nobody off itself. */
import type { Server } from 'node:http';
import type { Ports } from './ports/ports.ts';

/** How long an answer, or the goodbye of a socket, may take once the server is told to stop, ms. */
export const GRACE = 5_000;

/** Counts the requests under way from now on; the function it returns resolves when there are none, or at the end of the grace. */
export function openDrain(server: Server, { later }: Pick<Ports, 'later'>): () => Promise<void> {
  let underWay = 0;
  let emptied = () => {};
  server.on('request', (_request, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
      if (underWay === 0) emptied();
    });
  });
  return () =>
    new Promise((done) => {
      if (underWay === 0) return done();
      const late = later(GRACE, done);
      emptied = () => {
        late();
        done();
      };
    });
}
