'use strict';

// The contract is in a script of its own, so that the folder also opens as a file, without a server.
Scalar.createApiReference('#reference', {
  content: window.contract,
  // Deep links as #tag/tokens/createToken.
  generateOperationSlug: ({ operationId }) => operationId,
  defaultOpenAllTags: true,
  // Each operation shows what it takes and answers; the guide links the whole contract.
  hideModels: true,
  documentDownloadType: 'none',
  metaData: { title: 'Adraa Inbox API reference' },
  // The samples that are shown are those that a test runs.
  hiddenClients: true,
  // A token does not belong into a page of documentation, and nothing is sent to anyone.
  hideTestRequestButton: true,
  hideClientButton: true,
  showDeveloperTools: 'never',
  withDefaultFonts: false,
  telemetry: false,
  persistAuth: false,
  agent: { disabled: true },
  mcp: { disabled: true },
});
