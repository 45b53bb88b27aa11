/** The client line of statements that this page signs; it is recorded and proves nothing. */
export const CLIENT = 'page/0.1.0';
