/**
 * The registry of metrics, in Prometheus' format. Other packages get functions to call and do not
 * know it.
 */
@NullMarked
package ai.adraa.inbox.server.metrics;

import org.jspecify.annotations.NullMarked;
