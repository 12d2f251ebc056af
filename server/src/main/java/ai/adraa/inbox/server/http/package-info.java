/**
 * The HTTP server without the contract: listener, TLS, handlers, access log and static pages.
 * Handlers before {@code WorkerHandler} run on the I/O thread and must not block.
 */
@NullMarked
package ai.adraa.inbox.server.http;

import org.jspecify.annotations.NullMarked;
