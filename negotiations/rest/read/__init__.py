"""Reading records: filters, pagination, projections, expansions, exports."""
