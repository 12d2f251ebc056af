/**
 * How the server logs: to stderr, by a thread that never holds up a request, with the request's id
 * in each line.
 */
@NullMarked
package ai.adraa.inbox.server.log;

import org.jspecify.annotations.NullMarked;
