/** SHA-2, pure and synchronous, and the one textual form of a digest; no other hash function may enter the formats. */
import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { hex } from './encoding.ts';

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = string;

/** 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array => nobleSha256(bytes);

/** 64 bytes. */
export const sha512 = (bytes: Uint8Array): Uint8Array => nobleSha512(bytes);

export const digest = (bytes: Uint8Array): Digest => `sha256:${hex(sha256(bytes))}`;
