/** Whether a question asks for nothing: one that yes, no, done or ok answers. */

/** How a sentence begins, or what it holds, that such a word would answer. */
const EMPTY_ANSWER =
  /^(?:am|are|can|could|did|do|does|had|has|have|is|may|might|must|shall|should|was|were|will|would|(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)n['’]t|confirm|done|ok|okay|ready|finished)\b|\byes\b.{0,12}\bno\b|\b(?:say|type|write|answer)\W+(?:yes|no|ok|okay|done)\b/i;

export const isEmptyQuestion = (ask: string): boolean =>
  ask.split(/[.!?:;,]\s+/).some((sentence) => EMPTY_ANSWER.test(sentence));
