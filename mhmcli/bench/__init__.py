"""The instrument: capture, retention and accuracy of recurrent memories and their baselines.

- case, tasks: documents that hide an answer, made to any length
- method, baselines: what is measured, each a small composition
- match, trace: what counts as right, and as held in a memory
- trial, results, campaign: one case for several methods; results on disk; many cases
- again: answers from the memories of earlier results
- statistics, report, figures: what the results say
"""
