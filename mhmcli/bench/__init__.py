"""The instrument: capture, retention and accuracy of recurrent memories and their baselines.

- case, tasks: documents that hide an answer, made to any length
- method, baselines: what is measured, each a small composition
- match, trace: what counts as right, and as held in a memory
- trial, meter: one case for several methods, and what each cost
- results, campaign, pace: results on disk; many cases; how far they are
- again: answers from the memories of earlier results
- speed: how fast a document is read, and what the time went into
- statistics, report, figures: what the results say
"""
