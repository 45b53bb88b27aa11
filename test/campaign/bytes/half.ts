/** One process of the byte campaign. */
import { work } from '../halves.ts';
import { tamper } from './tampering.ts';

await work(tamper);
