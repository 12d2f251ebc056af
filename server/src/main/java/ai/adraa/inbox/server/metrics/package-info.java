/**
 * The metrics registry and its Prometheus export. The domain packages do not depend on it; they
 * receive functions to call.
 */
@NullMarked
package ai.adraa.inbox.server.metrics;

import org.jspecify.annotations.NullMarked;
