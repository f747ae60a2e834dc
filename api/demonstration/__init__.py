"""What a demonstration needs: departments, made-up people and companies, records to issue, a guided tour.

Everything here is invented. A real node uses nothing of it but the departments that `init` founds.
"""
