/**
 * Logging to stderr on a separate thread that never blocks a request. Lines that belong to a
 * request contain its id.
 */
@NullMarked
package ai.adraa.inbox.server.log;

import org.jspecify.annotations.NullMarked;
